"""Documents -> passages -> evidence -> grounded answer."""
