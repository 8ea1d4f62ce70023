"""From findings and states to ranked causes, one sentence, and what to do first."""
