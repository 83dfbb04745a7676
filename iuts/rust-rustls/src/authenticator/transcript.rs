//! What is signed and what is MACed (RFC 9261 sections 5.2.2 and 5.2.3).

use ring::hmac;

use super::exporter::Secrets;

/// The input of the signature in CertificateVerify: as in RFC 8446 section 4.4.3, with a context string of its own.
pub fn signature_input(secrets: &Secrets, request: &[u8], certificate: &[u8]) -> Vec<u8> {
    let hash = secrets
        .hash
        .digest(&[&secrets.handshake_context, request, certificate]);
    [&[0x20; 64][..], b"Exported Authenticator\0", &hash].concat()
}

/// verify_data of Finished. `request` is empty where there was none, `certificate_verify` in an empty authenticator.
pub fn verify_data(
    secrets: &Secrets,
    request: &[u8],
    certificate: &[u8],
    certificate_verify: &[u8],
) -> Vec<u8> {
    let hash = finished_hash(secrets, request, certificate, certificate_verify);
    let key = secrets.hash.hmac_key(&secrets.finished_key);
    hmac::sign(&key, &hash).as_ref().to_vec()
}

/// Compares verify_data in constant time (RFC 9261 section 5.2.3).
pub fn is_finished(
    secrets: &Secrets,
    request: &[u8],
    certificate: &[u8],
    certificate_verify: &[u8],
    verify_data: &[u8],
) -> bool {
    let hash = finished_hash(secrets, request, certificate, certificate_verify);
    let key = secrets.hash.hmac_key(&secrets.finished_key);
    hmac::verify(&key, &hash, verify_data).is_ok()
}

fn finished_hash(
    secrets: &Secrets,
    request: &[u8],
    certificate: &[u8],
    certificate_verify: &[u8],
) -> Vec<u8> {
    secrets.hash.digest(&[
        &secrets.handshake_context,
        request,
        certificate,
        certificate_verify,
    ])
}
