//! Farms that are reached by TLS.

use crate::{capitals, connect_to, farm, run, test, text};
use precompile_reapi::Access;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use reapi_server::{Options, Tls};

/// An authority.
fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A certificate that an authority has signed, and its key, in PEM.
fn certificate(authority: &CertifiedIssuer<'_, KeyPair>) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".into()]).unwrap();
    (params.signed_by(&key, authority).unwrap().pem(), key.serialize_pem())
}

/// Both sides show certificates, and believe their authorities alone.
#[test]
fn certificates_are_asked_for() {
    test(async {
        let [ours, clients, strangers] = [(); 3].map(|()| authority());
        let (server, key) = certificate(&ours);
        let tls = Tls { certificate: server, key, clients: Some(clients.pem()) };
        let (_, address) = farm(Options { tls: Some(tls), ..Options::default() }).await;
        let url = format!("grpcs://localhost:{}", address.port());
        let access = |authority: &CertifiedIssuer<'_, KeyPair>, of: Option<&CertifiedIssuer<'_, KeyPair>>| {
            let identity =
                of.map(|of| certificate(of)).map(|(pem, key)| (pem.into_bytes(), key.into_bytes()));
            Access { authorities: Some(authority.pem().into_bytes()), identity, headers: Vec::new() }
        };
        let client = connect_to(&url, access(&ours, Some(&clients))).await.unwrap();
        assert_eq!(text(&run(&client, &capitals(&client, "safe")).await.unwrap()), "SAFE");
        for (wrong, why) in [
            (access(&strangers, Some(&clients)), "a server that another authority has signed"),
            (access(&ours, None), "a client without a certificate"),
            (access(&ours, Some(&strangers)), "a client that another authority has signed"),
            (Access::default(), "the system's authorities"),
        ] {
            assert!(connect_to(&url, wrong).await.is_err(), "{why}");
        }
        let plain = format!("grpc://localhost:{}", address.port());
        assert!(connect_to(&plain, access(&ours, Some(&clients))).await.is_err());
        let none = Access { authorities: Some(b"no certificate".to_vec()), ..Access::default() };
        assert!(connect_to(&url, none).await.is_err());
    });
}
