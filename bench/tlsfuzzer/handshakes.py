"""As many conversations as asked for, with tlsfuzzer's own means: each a TLS 1.3 handshake with the server on the loopback port, a request of
application data and its reply. Prints how long all of them took, in seconds.

usage: handshakes.py PORT COUNT REQUEST_LENGTH REPLY_LENGTH
"""

import sys
import time

from tlsfuzzer.expect import (
    ExpectAlert,
    ExpectApplicationData,
    ExpectCertificate,
    ExpectCertificateVerify,
    ExpectChangeCipherSpec,
    ExpectClose,
    ExpectEncryptedExtensions,
    ExpectFinished,
    ExpectNewSessionTicket,
    ExpectServerHello,
)
from tlsfuzzer.helpers import key_share_gen
from tlsfuzzer.messages import (
    AlertGenerator,
    ApplicationDataGenerator,
    ChangeCipherSpecGenerator,
    ClientHelloGenerator,
    Connect,
    FinishedGenerator,
)
from tlsfuzzer.runner import Runner
from tlslite.constants import (
    AlertDescription,
    AlertLevel,
    CipherSuite,
    ExtensionType,
    GroupName,
    SignatureScheme,
)
from tlslite.extensions import (
    ClientKeyShareExtension,
    SignatureAlgorithmsExtension,
    SupportedGroupsExtension,
    SupportedVersionsExtension,
)

# The faster of the two groups for it: python-ecdsa has optimised curves of NIST.
GROUP = GroupName.secp256r1


def conversation(port, request, reply_length):
    schemes = [SignatureScheme.ecdsa_secp256r1_sha256]
    extensions = {
        ExtensionType.supported_versions: SupportedVersionsExtension().create([(3, 4)]),
        ExtensionType.supported_groups: SupportedGroupsExtension().create([GROUP]),
        ExtensionType.signature_algorithms: SignatureAlgorithmsExtension().create(schemes),
        ExtensionType.key_share: ClientKeyShareExtension().create([key_share_gen(GROUP)]),
    }
    ciphers = [CipherSuite.TLS_AES_128_GCM_SHA256]
    first = node = Connect("127.0.0.1", port)
    for each in (
        ClientHelloGenerator(ciphers, extensions=extensions),
        ExpectServerHello(),
        ExpectChangeCipherSpec(),
        ExpectEncryptedExtensions(),
        ExpectCertificate(),
        ExpectCertificateVerify(),
        ExpectFinished(),
        ChangeCipherSpecGenerator(),
        FinishedGenerator(),
        ApplicationDataGenerator(request),
        # Two tickets, as node:tls sends them.
        ExpectNewSessionTicket(),
        ExpectNewSessionTicket(),
        ExpectApplicationData(size=reply_length),
        AlertGenerator(AlertLevel.warning, AlertDescription.close_notify),
        ExpectAlert(AlertLevel.warning, AlertDescription.close_notify),
    ):
        node = node.add_child(each)
    # Who closes first is nobody's business here.
    node.next_sibling = ExpectClose()
    node.add_child(ExpectClose())
    return first


def main():
    port, count, request_length, reply_length = (int(text) for text in sys.argv[1:])
    request = b"\x11" * request_length
    Runner(conversation(port, request, reply_length)).run()
    start = time.perf_counter()
    for _ in range(count):
        Runner(conversation(port, request, reply_length)).run()
    print(time.perf_counter() - start)


main()
