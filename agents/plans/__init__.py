"""Plans that a model proposes where no playbook fits: checked, foretold, started by a tap."""
