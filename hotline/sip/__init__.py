"""A real telephone on the menu: calls by SIP, carried as Twilio carries calls. The optional extra `hotline[sip]`."""
