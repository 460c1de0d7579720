"""What a person sees and taps: surfaces, wording, wiring and the command line."""
