"""The whole product on one machine, on embedded parts, with simulated telephones: what `hotline demo` runs."""
