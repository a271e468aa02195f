"""What people can type: one short handler a verb over the command table of the model."""
