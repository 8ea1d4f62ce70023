"""Labels that come late as functions of counts: how long they take, what the missing ones will say, and how surely."""
