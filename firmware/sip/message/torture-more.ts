// Messages of RFC 4475 §3 whose bodies are the point (the octets of one its text gives in hexadecimal), and those of RFC 5118
// §4, by their names there.
import { lines } from './torture-messages.ts'

const SIGNATURE = `
  3082015206092A864886F70D010702A08201433082013F02010131093007
  06052B0E03021A300B06092A864886F70D010701318201203082011C0201
  01307C3070310B3009060355040613025553311330110603550408130A43
  616C69666F726E69613111300F0603550407130853616E204A6F7365310E
  300C060355040A1305736970697431293027060355040B13205369706974
  205465737420436572746966696361746520417574686F72697479020801
  95007102330113300706052B0E03021A300D06092A864886F70D01010105
  000481808EF466F948F0522DD2E5978E9D95AAE9F2FE15A06659716292E8
  DA2AA8D8350A68CEFFAE3CBD2BFF1675DDD5648E593DD64728F26220F7E9
  41749E330D9A15EDABDB93D10C42102E7B7289D29CC0C9AE2EFBC7C0CFF9
  172F3B027E4FC027E1546DE4B6AA3ABB3E66CCCB5DD6C64B8383149CB8E6
  FF182D944FE57B65BC99D005`

const octets = (hexadecimal: string): string =>
  hexadecimal.replace(/\s/g, '').replace(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16)))

export const BODIES: Readonly<Record<string, string>> = {
  mpart01:
    lines(
      'MESSAGE sip:kumiko@example.org SIP/2.0',
      'Via: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK-d87543-4dade06d0bdb11ee-1--d87543-;rport',
      'Max-Forwards: 70',
      'Route: <sip:127.0.0.1:5080>',
      'Identity: r5mwreLuyDRYBi/0TiPwEsY3rEVsk/G2WxhgTV1PF7hHuLIK0YWVKZhKv9Mj8UeXqkMVbnVq37CD+813gvYjcBUaZngQmXc9WNZSDN' +
        'GCzA+fWl9MEUHWIZo1CeJebdY/XlgKeTa0Olvq0rt70Q5jiSfbqMJmQFteeivUhkMWYUA=',
      'Contact: <sip:fluffy@127.0.0.1:5070>',
      'To: <sip:kumiko@example.org>',
      'From: <sip:fluffy@example.com>;tag=2fb0dcc9',
      'Call-ID: 3d9485ad0c49859b@Zmx1ZmZ5LW1hYy0xNi5sb2NhbA..',
      'CSeq: 1 MESSAGE',
      'Content-Transfer-Encoding: binary',
      'Content-Type: multipart/mixed;boundary=7a9cbec02ceef655',
      'Date: Sat, 15 Oct 2005 04:44:56 GMT',
      'User-Agent: SIPimp.org/0.2.5 (curses)',
      'Content-Length: 553',
      '',
      '--7a9cbec02ceef655',
      'Content-Type: text/plain',
      'Content-Transfer-Encoding: binary',
      '',
      'Hello',
      '--7a9cbec02ceef655',
      'Content-Type: application/octet-stream',
      'Content-Transfer-Encoding: binary',
      '',
    ) + lines(octets(SIGNATURE), '--7a9cbec02ceef655--'),
  invut: lines(
    'INVITE sip:user@example.com SIP/2.0',
    'Contact: <sip:caller@host5.example.net>',
    'To: sip:j.user@example.com',
    'From: sip:caller@example.net;tag=8392034',
    'Max-Forwards: 70',
    'Call-ID: invut.0ha0isndaksdjadsfij34n23d',
    'CSeq: 235448 INVITE',
    'Via: SIP/2.0/UDP somehost.example.com;branch=z9hG4bKkdjuw',
    'Content-Type: application/unknownformat',
    'Content-Length: 40',
    '',
    '<audio>',
    ' <pcmu port="443"/>',
    '</audio>',
  ),
}

const register = (uri: string) =>
  lines(
    `REGISTER ${uri} SIP/2.0`,
    'To: sip:user@example.com',
    'From: sip:user@example.com;tag=81x2',
    'Via: SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111',
    'Call-ID: SSG9559905523997077@hlau_4100',
    'Max-Forwards: 70',
    'Contact: "Caller" <sip:caller@[2001:db8::1]>',
    'CSeq: 98176 REGISTER',
    'Content-Length: 0',
    '',
  )
const abnf = (host: string) =>
  lines(
    `OPTIONS sip:user@${host} SIP/2.0`,
    `To: sip:user@${host}`,
    'From: sip:user@example.com;tag=810x2',
    'Via: SIP/2.0/UDP lab1.east.example.com;branch=z9hG4bKas3-111',
    'Call-ID: G9559905523997077@hlau_4100',
    'CSeq: 689 OPTIONS',
    'Max-Forwards: 70',
    'Content-Length: 0',
    '',
  )
/** Content-Length is the body's own: the text of §4.6 and §4.9 counts lines its rendering has lost. */
const invite = (head: readonly string[], body: string) =>
  lines(...head, 'Content-Type: application/sdp', `Content-Length: ${body.length}`, '') + body

export const IPV6: Readonly<Record<string, string>> = {
  'ipv6-good': register('sip:[2001:db8::10]'),
  'ipv6-bad': register('sip:2001:db8::10'),
  'port-ambiguous': register('sip:[2001:db8::10:5070]'),
  'port-unambiguous': register('sip:[2001:db8::10]:5070'),
  'via-received-param-with-delim': lines(
    'BYE sip:[2001:db8::10] SIP/2.0',
    'To: sip:user@example.com;tag=bd76ya',
    'From: sip:user@example.com;tag=81x2',
    'Via: SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=z9hG4bKas3-111',
    'Call-ID: SSG9559905523997077@hlau_4100',
    'Max-Forwards: 70',
    'CSeq: 321 BYE',
    'Content-Length: 0',
    '',
  ),
  'via-received-param-no-delim': lines(
    'OPTIONS sip:[2001:db8::10] SIP/2.0',
    'To: sip:user@example.com',
    'From: sip:user@example.com;tag=81x2',
    'Via: SIP/2.0/UDP [2001:db8::9:1];received=2001:db8::9:255;branch=z9hG4bKas3',
    'Call-ID: SSG95523997077@hlau_4100',
    'Max-Forwards: 70',
    'Contact: "Caller" <sip:caller@[2001:db8::9:1]>',
    'CSeq: 921 OPTIONS',
    'Content-Length: 0',
    '',
  ),
  'ipv6-in-sdp': invite(
    [
      'INVITE sip:user@[2001:db8::10] SIP/2.0',
      'To: sip:user@[2001:db8::10]',
      'From: sip:user@example.com;tag=81x2',
      'Via: SIP/2.0/UDP [2001:db8::20];branch=z9hG4bKas3-111',
      'Call-ID: SSG9559905523997077@hlau_4100',
      'Contact: "Caller" <sip:caller@[2001:db8::20]>',
      'CSeq: 8612 INVITE',
      'Max-Forwards: 70',
    ],
    lines(
      'v=0',
      'o=assistant 971731711378798081 0 IN IP6 2001:db8::20',
      "s=Live video feed for today's meeting",
      'c=IN IP6 2001:db8::20',
      't=3338481189 3370017201',
      'm=audio 6000 RTP/AVP 2',
      'a=rtpmap:2 G726-32/8000',
      'm=video 6024 RTP/AVP 107',
      'a=rtpmap:107 H263-1998/90000',
    ),
  ),
  'mult-ip-in-header': lines(
    'BYE sip:user@host.example.net SIP/2.0',
    'Via: SIP/2.0/UDP [2001:db8::9:1]:6050;branch=z9hG4bKas3-111',
    'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKjhja8781hjuaij65144',
    'Via: SIP/2.0/TCP [2001:db8::9:255];branch=z9hG4bK451jj;received=192.0.2.200',
    'Call-ID: 997077@lau_4100',
    'Max-Forwards: 70',
    'CSeq: 89187 BYE',
    'To: sip:user@example.net;tag=9817--94',
    'From: sip:user@example.com;tag=81x2',
    'Content-Length: 0',
    '',
  ),
  'mult-ip-in-sdp': invite(
    [
      'INVITE sip:user@[2001:db8::10] SIP/2.0',
      'To: sip:user@[2001:db8::10]',
      'From: sip:user@example.com;tag=81x2',
      'Via: SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111',
      'Call-ID: SSG9559905523997077@hlau_4100',
      'Contact: "Caller" <sip:caller@[2001:db8::9:1]>',
      'Max-Forwards: 70',
      'CSeq: 8912 INVITE',
    ],
    lines(
      'v=0',
      'o=bob 280744730 28977631 IN IP4 host.example.com',
      's=',
      't=0 0',
      'm=audio 22334 RTP/AVP 0',
      'c=IN IP4 192.0.2.1',
      'm=video 6024 RTP/AVP 107',
      'c=IN IP6 2001:db8::1',
      'a=rtpmap:107 H263-1998/90000',
    ),
  ),
  'ipv4-mapped-ipv6': invite(
    [
      'INVITE sip:user@example.com SIP/2.0',
      'To: sip:user@example.com',
      'From: sip:user@east.example.com;tag=81x2',
      'Via: SIP/2.0/UDP [::ffff:192.0.2.10]:19823;branch=z9hG4bKbh19',
      'Via: SIP/2.0/UDP [::ffff:192.0.2.2];branch=z9hG4bKas3-111',
      'Call-ID: SSG9559905523997077@hlau_4100',
      'Contact: "T. desk phone" <sip:ted@[::ffff:192.0.2.2]>',
      'CSeq: 612 INVITE',
      'Max-Forwards: 70',
    ],
    lines(
      'v=0',
      'o=assistant 971731711378798081 0 IN IP6 ::ffff:192.0.2.2',
      's=Call me soon, please!',
      'c=IN IP6 ::ffff:192.0.2.2',
      't=3338481189 3370017201',
      'm=audio 6000 RTP/AVP 2',
      'a=rtpmap:2 G726-32/8000',
      'm=video 6024 RTP/AVP 107',
      'a=rtpmap:107 H263-1998/90000',
    ),
  ),
  'ipv6-bug-abnf-3-colons': abnf('[2001:db8:::192.0.2.1]'),
  'ipv6-correct-abnf-2-colons': abnf('[2001:db8::192.0.2.1]'),
}
