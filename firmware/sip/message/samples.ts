// Messages as a desk phone meets them: for benchmarks and tests.

const message = (head: readonly string[], body: readonly string[]): string => {
  const content = body.map((line) => `${line}\r\n`).join('')
  return `${head.join('\r\n')}\r\nContent-Length: ${content.length}\r\n\r\n${content}`
}

/** 1.4 kB with its body, through one proxy. */
export const INVITE = message(
  [
    'INVITE sip:2001@192.0.2.10:5060;ob SIP/2.0',
    'Record-Route: <sip:198.51.100.1;lr;ftag=4a3c9e2d7b5f4d0a8c1e>',
    'Via: SIP/2.0/UDP 198.51.100.1:5060;branch=z9hG4bK7a5c.1f0d2b83a94e5c6d7f8091a2b3c4d5e6.0',
    'Via: SIP/2.0/UDP 203.0.113.7:5062;received=203.0.113.7;rport=5062;branch=z9hG4bKPj4e1a9f0c2d7b4c55a0e3',
    'Max-Forwards: 69',
    'From: "Alice Anderson" <sip:1001@pbx.example.com>;tag=4a3c9e2d7b5f4d0a8c1e',
    'To: <sip:2001@pbx.example.com>',
    'Contact: "Alice Anderson" <sip:1001@203.0.113.7:5062;ob>',
    'Call-ID: 7f3e1b9a5c2d4e8f9a0b1c2d3e4f5a6b',
    'CSeq: 10392 INVITE',
    'Allow: PRACK, INVITE, ACK, BYE, CANCEL, UPDATE, INFO, SUBSCRIBE, NOTIFY, REFER, MESSAGE, OPTIONS',
    'Allow-Events: presence, message-summary, dialog, refer',
    'Supported: replaces, 100rel, timer, norefersub',
    'Session-Expires: 1800',
    'Min-SE: 90',
    'Expires: 120',
    'User-Agent: Example Desk Phone 4.2.1',
    'P-Asserted-Identity: "Alice Anderson" <sip:1001@pbx.example.com>',
    'Content-Type: application/sdp',
  ],
  [
    'v=0',
    'o=- 3972543210 3972543210 IN IP4 203.0.113.7',
    's=call',
    'b=AS:84',
    't=0 0',
    'a=X-nat:0',
    'm=audio 4000 RTP/AVP 8 0 9 18 96',
    'c=IN IP4 203.0.113.7',
    'b=TIAS:64000',
    'a=rtcp:4001 IN IP4 203.0.113.7',
    'a=sendrecv',
    'a=rtpmap:8 PCMA/8000',
    'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:9 G722/8000',
    'a=rtpmap:18 G729/8000',
    'a=fmtp:18 annexb=no',
    'a=rtpmap:96 telephone-event/8000',
    'a=fmtp:96 0-16',
    'a=ptime:20',
    'a=maxptime:140',
    'a=ssrc:1503298745 cname:2d7b4c55a0e39f0c',
  ],
)

export const REGISTER = message(
  [
    'REGISTER sip:pbx.example.com SIP/2.0',
    'Via: SIP/2.0/UDP 203.0.113.7:5062;rport;branch=z9hG4bKPj0b1c2d3e4f5a6b7c8d9e',
    'Max-Forwards: 70',
    'From: "Alice Anderson" <sip:1001@pbx.example.com>;tag=9c8b7a6d5e4f',
    'To: "Alice Anderson" <sip:1001@pbx.example.com>',
    'Call-ID: 1b9a5c2d4e8f9a0b1c2d3e4f5a6b7f3e',
    'CSeq: 42 REGISTER',
    'User-Agent: Example Desk Phone 4.2.1',
    'Contact: "Alice Anderson" <sip:1001@203.0.113.7:5062;ob>;expires=300',
    'Expires: 300',
    'Allow: PRACK, INVITE, ACK, BYE, CANCEL, UPDATE, INFO, SUBSCRIBE, NOTIFY, REFER, MESSAGE, OPTIONS',
    'Authorization: Digest username="1001", realm="pbx.example.com", nonce="ZVxX4GVcVrRq8cR2b0yYVn9J3dKpLq", ' +
      'uri="sip:pbx.example.com", response="0a4f113b5c9d8e7f6a5b4c3d2e1f0a9b", algorithm=MD5, ' +
      'cnonce="8f1e2d3c4b5a6978", qop=auth, nc=00000007',
  ],
  [],
)

export const OK_200 = message(
  [
    'SIP/2.0 200 OK',
    'Via: SIP/2.0/UDP 203.0.113.7:5062;rport=5062;received=203.0.113.7;branch=z9hG4bKPj4e1a9f0c2d7b4c55a0e3',
    'Record-Route: <sip:198.51.100.1;lr;ftag=4a3c9e2d7b5f4d0a8c1e>',
    'Call-ID: 7f3e1b9a5c2d4e8f9a0b1c2d3e4f5a6b',
    'From: "Alice Anderson" <sip:1001@pbx.example.com>;tag=4a3c9e2d7b5f4d0a8c1e',
    'To: <sip:2001@pbx.example.com>;tag=b7c6d5e4f3a2',
    'CSeq: 10392 INVITE',
    'Allow: INVITE, ACK, BYE, CANCEL, UPDATE, INFO, NOTIFY, REFER, MESSAGE, OPTIONS',
    'Contact: <sip:2001@192.0.2.10:5060>',
    'Supported: replaces, timer',
    'Content-Type: application/sdp',
  ],
  [
    'v=0',
    'o=- 3972543311 3972543311 IN IP4 192.0.2.10',
    's=-',
    'c=IN IP4 192.0.2.10',
    't=0 0',
    'm=audio 30000 RTP/AVP 8 96',
    'a=rtpmap:8 PCMA/8000',
    'a=rtpmap:96 telephone-event/8000',
    'a=fmtp:96 0-16',
    'a=ptime:20',
    'a=sendrecv',
  ],
)
