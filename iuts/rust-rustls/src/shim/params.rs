//! The parameters of the methods (docs/iut-protocol.md). Members that are not known are passed over.

use rustls::pki_types::UnixTime;
use serde::Deserialize;
use std::time::Duration;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{
    hex::{Hex, octets},
    rpc::{Failure, Problem},
};
use crate::attestation::{
    attester::{Attestation, Message},
    cmw::{Encoding, Form},
    evidence::Environment,
    profile::Profile,
    record::MediaType,
    relying_party::{Policy, RelyingParty},
};
use crate::authenticator::{Side, path::Anchors, schemes::Identity};

#[derive(Deserialize)]
pub struct HelloParams {
    pub protocol: u64,
    pub profile: Profile,
}

#[derive(Deserialize)]
pub struct ChannelParams {
    pub channel: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenParams {
    pub channel: String,
    pub side: Side,
    pub address: Address,
    pub cipher_suites: Vec<String>,
    #[serde(default)]
    pub server_name: String,
    pub identity: Option<IdentityParams>,
    #[serde(default)]
    pub trust: Vec<Hex>,
}

#[derive(Clone, Deserialize)]
pub struct Address {
    pub host: String,
    pub port: u16,
}

#[derive(Deserialize)]
pub struct IdentityParams {
    chain: Vec<Hex>,
    key: Hex,
}

impl IdentityParams {
    pub fn read(self) -> Result<Identity, Failure> {
        Identity::new(octets(self.chain), self.key.0).map_err(Failure::invalid_params)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestParams {
    pub channel: String,
    pub signature_schemes: Vec<u16>,
    #[serde(default)]
    pub attestation: bool,
    pub context: Option<Hex>,
}

#[derive(Deserialize)]
pub struct AuthenticateParams {
    pub channel: String,
    pub request: Option<Hex>,
    pub identity: Option<IdentityParams>,
    pub attestation: Option<AttestationParams>,
}

#[derive(Deserialize)]
#[serde(tag = "model", rename_all = "kebab-case")]
pub enum AttestationParams {
    BackgroundCheck {
        #[serde(flatten)]
        wrapper: Wrapper,
        claims: ClaimsParams,
        key: Hex,
        chain: Vec<Hex>,
    },
    Passport {
        #[serde(flatten)]
        wrapper: Wrapper,
        result: Hex,
    },
}

#[derive(Deserialize)]
pub struct Wrapper {
    r#type: String,
    cmw: Encoding,
    #[serde(default)]
    form: Form,
}

#[derive(Deserialize)]
pub struct ClaimsParams {
    ueid: Hex,
    measurement: Hex,
}

impl AttestationParams {
    pub fn read(self) -> Result<Attestation, Failure> {
        let (wrapper, message) = match self {
            AttestationParams::BackgroundCheck {
                wrapper,
                claims,
                key,
                chain,
            } => {
                let environment = Environment {
                    ueid: claims.ueid.0,
                    measurement: claims.measurement.0,
                    key: key.0,
                    chain: octets(chain),
                };
                (wrapper, Message::BackgroundCheck(environment))
            }
            AttestationParams::Passport { wrapper, result } => {
                (wrapper, Message::Passport(result.0))
            }
        };
        Ok(Attestation {
            message,
            media_type: MediaType::of_name(&wrapper.r#type)
                .map_err(|_| Failure::unsupported(&wrapper.r#type))?,
            form: wrapper.form,
            encoding: wrapper.cmw,
        })
    }
}

#[derive(Deserialize)]
pub struct ValidateParams {
    pub channel: String,
    pub request: Option<Hex>,
    pub authenticator: Hex,
    #[serde(flatten)]
    pub by: JudgeParams,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppraiseParams {
    pub cipher_suite: String,
    pub exporter_master_secret: Hex,
    pub sender: Side,
    pub request: Option<Hex>,
    pub client_hello: Option<Vec<u16>>,
    pub authenticator: Hex,
    #[serde(flatten)]
    pub by: JudgeParams,
    #[serde(default)]
    pub consumed_contexts: Vec<Hex>,
}

/// By what an authenticator is judged.
#[derive(Deserialize)]
pub struct JudgeParams {
    trust: TrustParams,
    policy: PolicyParams,
    now: Option<String>,
}

#[derive(Deserialize)]
struct TrustParams {
    pkix: Vec<Hex>,
    attestation: Vec<Hex>,
    results: Vec<Hex>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PolicyParams {
    attestation: Policy,
    measurement: Option<Hex>,
    signed_cmw: Option<SignedCmw>,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum SignedCmw {
    Accept,
    Refuse,
}

impl JudgeParams {
    /// Gives the roots of end-entity certificates, and the relying party.
    pub fn read<'a>(
        &'a self,
        profile: &'a Profile,
    ) -> Result<(Anchors, RelyingParty<'a>), Problem> {
        let anchors =
            |roots: &[Hex]| Anchors::new(&octets(roots.to_vec())).map_err(Failure::invalid_params);
        let now = match &self.now {
            Some(text) => instant(text)?,
            None => UnixTime::now(),
        };
        let relying_party = RelyingParty {
            profile,
            policy: self.policy.attestation,
            accepts_signed: self.policy.signed_cmw == Some(SignedCmw::Accept),
            measurement: self
                .policy
                .measurement
                .as_ref()
                .map(|Hex(value)| value.as_slice()),
            attestation: anchors(&self.trust.attestation)?,
            results: anchors(&self.trust.results)?,
            now,
        };
        Ok((anchors(&self.trust.pkix)?, relying_party))
    }
}

fn instant(text: &str) -> Result<UnixTime, Failure> {
    let instant = OffsetDateTime::parse(text, &Rfc3339).map_err(Failure::invalid_params)?;
    let seconds = instant
        .unix_timestamp()
        .try_into()
        .map_err(Failure::invalid_params)?;
    Ok(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
}

#[derive(Deserialize)]
pub struct ContextParams {
    pub request: Option<Hex>,
    pub authenticator: Option<Hex>,
}

#[derive(Deserialize)]
pub struct ExportParams {
    pub channel: String,
    pub label: String,
    pub context: Hex,
    pub length: usize,
}

#[derive(Deserialize)]
pub struct SendParams {
    pub channel: String,
    pub data: Hex,
}

#[derive(Deserialize)]
pub struct ReceiveParams {
    pub channel: String,
    pub length: usize,
    /// Milliseconds.
    #[serde(default = "default_timeout")]
    pub timeout: u64,
}

fn default_timeout() -> u64 {
    2000
}
