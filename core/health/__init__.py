"""How the site is: checks with one sentence each, for people, the command line and balancers."""
