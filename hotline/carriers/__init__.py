"""The carriers: each translates one company's interface to and from neutral messages and speech."""
