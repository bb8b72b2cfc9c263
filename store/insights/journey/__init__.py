"""The customer's journey from rows: stages by touchpoints, what to mend, the way to a purchase, versions, the market."""
