//! The methods of the control protocol.

use std::{collections::HashMap, time::Duration};

use serde_json::{Value, json};

use super::{
    channel::{Channel, hash_of},
    hello,
    hex::{Hex, octets},
    params::{
        AppraiseParams, AuthenticateParams, ChannelParams, ContextParams, ExportParams,
        HelloParams, JudgeParams, OpenParams, ReceiveParams, RequestParams, SendParams,
        ValidateParams,
    },
    rpc::{Answer, Failure, Problem, params},
};
use crate::attestation::profile::Profile;
use crate::authenticator::{
    exporter::{Exporter, ExporterMasterSecret},
    request::Request,
    schemes::SCHEMES,
    session::{ClientHello, Session},
    validate::context_of,
};

/// What the shim knows between calls.
#[derive(Default)]
pub struct Shim {
    profile: Option<Profile>,
    channels: HashMap<String, Channel>,
    pub stopped: bool,
}

impl Shim {
    /// Calls a method; there may be none of that name.
    pub fn call(&mut self, method: &str, given: Value) -> Option<Answer> {
        let method = match method {
            "hello" => Self::hello,
            "open" => Self::open,
            "request" => Self::request,
            "authenticate" => Self::authenticate,
            "validate" => Self::validate,
            "appraise" => Self::appraise,
            "context" => Self::context,
            "export" => Self::export,
            "send" => Self::send,
            "receive" => Self::receive,
            "close" => Self::close,
            "bye" => Self::bye,
            _ => return None,
        };
        Some(method(self, given))
    }

    fn hello(&mut self, given: Value) -> Answer {
        let given: HelloParams = params(given)?;
        if given.protocol != 1 {
            return Err(Failure::unsupported(&format!("protocol {}", given.protocol)).into());
        }
        hello::check(&given.profile)?;
        self.profile = Some(given.profile);
        Ok(hello::declaration())
    }

    fn open(&mut self, given: Value) -> Answer {
        let given: OpenParams = params(given)?;
        if self.channels.contains_key(&given.channel) {
            return Err(Failure::invalid_params("the channel is open").into());
        }
        let name = given.channel.clone();
        let channel = Channel::open(given)?;
        let suite = channel.cipher_suite();
        self.channels.insert(name, channel);
        Ok(json!({ "cipherSuite": suite }))
    }

    fn request(&mut self, given: Value) -> Answer {
        let given: RequestParams = params(given)?;
        let (profile, channel) = self.at(&given.channel)?;
        let offer = given.attestation.then(|| profile.offer());
        let context = given.context.map(|Hex(context)| context);
        let extensions = offer.into_iter().collect();
        let request = channel
            .session
            .request(&given.signature_schemes, context, extensions)?;
        Ok(json!({ "request": hex::encode(request.octets) }))
    }

    fn authenticate(&mut self, given: Value) -> Answer {
        let given: AuthenticateParams = params(given)?;
        let (profile, channel) = self.at(&given.channel)?;
        let (session, exporter) = (&mut channel.session, &channel.exporter);
        let identity = given.identity.map(|identity| identity.read()).transpose()?;
        let attestation = given.attestation.map(|each| each.read()).transpose()?;
        let authenticator = match (given.request, identity) {
            (Some(Hex(request)), Some(identity)) => {
                let request = session.read_request(&request)?;
                let extensions = match (&attestation, identity.chain.first()) {
                    (Some(attestation), Some(leaf)) => {
                        attestation.answer(profile, exporter, &request, leaf)?
                    }
                    _ => Vec::new(),
                };
                session.authenticate(exporter, &request, &identity, extensions)?
            }
            (Some(Hex(request)), None) => {
                let request = session.read_request(&request)?;
                session.decline(exporter, &request)?
            }
            (None, Some(identity)) => session.authenticate_spontaneously(exporter, &identity)?,
            (None, None) => {
                return Err(Failure::invalid_params("neither request nor identity").into());
            }
        };
        Ok(json!({ "authenticator": hex::encode(authenticator) }))
    }

    fn validate(&mut self, given: Value) -> Answer {
        let given: ValidateParams = params(given)?;
        let (profile, channel) = self.at(&given.channel)?;
        judge(
            profile,
            &mut channel.session,
            &channel.exporter,
            given.request,
            &given.authenticator,
            &given.by,
        )
    }

    /// As `validate`, of a connection that is known by its exporter_master_secret.
    fn appraise(&mut self, given: Value) -> Answer {
        let given: AppraiseParams = params(given)?;
        let profile = self.profile()?;
        let exporter = ExporterMasterSecret {
            hash: hash_of(&given.cipher_suite)
                .ok_or_else(|| Failure::unsupported(&given.cipher_suite))?,
            secret: given.exporter_master_secret.0,
        };
        // Which schemes the ClientHello offered is not recorded.
        let client_hello = ClientHello {
            extension_types: given.client_hello.unwrap_or_default(),
            schemes: SCHEMES.map(u16::from).to_vec(),
        };
        let mut session = Session::new(given.sender.peer(), client_hello);
        for context in octets(given.consumed_contexts) {
            session.consume(context);
        }
        judge(
            profile,
            &mut session,
            &exporter,
            given.request,
            &given.authenticator,
            &given.by,
        )
    }

    fn context(&mut self, given: Value) -> Answer {
        let given: ContextParams = params(given)?;
        let context = match (given.request, given.authenticator) {
            (Some(Hex(request)), None) => Request::read(&request)?.context,
            (None, Some(Hex(authenticator))) => context_of(&authenticator)?,
            _ => return Err(Failure::invalid_params("a request or an authenticator").into()),
        };
        Ok(json!({ "context": hex::encode(context) }))
    }

    fn export(&mut self, given: Value) -> Answer {
        let given: ExportParams = params(given)?;
        let (_, channel) = self.at(&given.channel)?;
        let value = channel
            .exporter
            .export(&given.label, &given.context.0, given.length)
            .map_err(Failure::invalid_params)?;
        Ok(json!({ "value": hex::encode(value) }))
    }

    fn send(&mut self, given: Value) -> Answer {
        let given: SendParams = params(given)?;
        let (_, channel) = self.at(&given.channel)?;
        channel.send(&given.data.0).map_err(Failure::internal)?;
        Ok(json!({}))
    }

    fn receive(&mut self, given: Value) -> Answer {
        let given: ReceiveParams = params(given)?;
        let (_, channel) = self.at(&given.channel)?;
        let data = channel.receive(given.length, Duration::from_millis(given.timeout))?;
        Ok(json!({ "data": hex::encode(data) }))
    }

    fn close(&mut self, given: Value) -> Answer {
        let given: ChannelParams = params(given)?;
        match self.channels.remove(&given.channel) {
            Some(channel) => channel.close(),
            None => return Err(unknown(&given.channel)),
        }
        Ok(json!({}))
    }

    fn bye(&mut self, _: Value) -> Answer {
        self.stopped = true;
        Ok(json!({}))
    }

    fn profile(&self) -> Result<&Profile, Problem> {
        let first = || Failure::invalid_params("hello comes first").into();
        self.profile.as_ref().ok_or_else(first)
    }

    fn at(&mut self, name: &str) -> Result<(&Profile, &mut Channel), Problem> {
        match (&self.profile, self.channels.get_mut(name)) {
            (Some(profile), Some(channel)) => Ok((profile, channel)),
            _ => Err(unknown(name)),
        }
    }
}

fn unknown(channel: &str) -> Problem {
    Failure::invalid_params(format!("there is no channel {channel:?}")).into()
}

/// Validates an authenticator, then the attestation in it. The context is consumed once both are accepted.
fn judge(
    profile: &Profile,
    session: &mut Session,
    exporter: &dyn Exporter,
    request: Option<Hex>,
    authenticator: &Hex,
    by: &JudgeParams,
) -> Answer {
    let (anchors, relying_party) = by.read(profile)?;
    let request = request.as_ref().map(|Hex(octets)| octets.as_slice());
    let now = relying_party.now;
    let validated = session.validate(exporter, request, &authenticator.0, &anchors, now)?;
    let attested = relying_party.judge(exporter, &validated)?;
    let chain: Vec<String> = validated.chain().iter().map(hex::encode).collect();
    let mut accepted = json!({
        "context": hex::encode(&validated.context),
        "chain": chain,
        "attested": attested.is_some(),
    });
    if let Some(attested) = attested {
        accepted["model"] = attested.model.into();
        accepted["type"] = attested.media_type.into();
    }
    session.consume(validated.context);
    Ok(json!({ "accepted": accepted }))
}
