"""Electronic identity: the client of the national sign-on by OpenID Connect."""
