"""How well the model does where labels are not there yet."""
