"""Who may do what: accounts, sessions, keys, roles, and the shield in front of every route."""
