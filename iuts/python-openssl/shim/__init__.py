"""TLS exported authenticators (RFC 9261) with attestation, over pyOpenSSL, behind the IUT control protocol."""
