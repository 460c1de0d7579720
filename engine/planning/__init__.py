"""Planning: goals, their plans and versions, what came of them, and what they may cost."""
