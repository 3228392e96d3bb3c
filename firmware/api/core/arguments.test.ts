// Whatever constructors, functions and methods of the core objects are given in the place of what they take: nothing but an error of
// that operation that says what it takes.
import { beforeEach, expect, test } from 'vitest'
import { type CoreParty, startParty } from '../../testing/core.ts'
import {
  AudioTransport,
  CoreError,
  Credentials,
  Invitation,
  Publication,
  RecordingWaveFile,
  Registration,
  Route,
  RtpTransport,
  SdpAttribute,
  SdpConnection,
  SdpMedia,
  SdpSession,
  SipUri,
  Subscription,
  sendMessage,
  sendRefer,
  sendRequest,
  ToneGenerator,
  WaveFile,
} from './index.ts'

const JUNK: readonly unknown[] = [
  ...[undefined, null, true, 0, -1, 1.5, Number.NaN, '', 'a b', 'x\r\ny', [], {}, [null], { x: 1 }, () => {}],
]

let party: CoreParty
beforeEach(async () => {
  party = await startParty('alice')
})

/** By what is given in the wrong place, behind the operation. */
const ACTS: Readonly<Record<string, (junk: never, with_: CoreParty) => unknown>> = {
  'SipUri parts': (junk) => new SipUri(junk),
  'SipUri host': (host) => new SipUri({ host }),
  'SipUri port': (port) => new SipUri({ host: 'a', port }),
  'SipUri parameters': (parameters) => new SipUri({ host: 'a', parameters }),
  'SipUri.parse text': (junk) => SipUri.parse(junk),
  'Route host': (junk) => new Route(junk),
  'Route port': (junk) => new Route('a', junk),
  'Route transport': (junk) => new Route('a', 5060, junk),
  'Credentials uri': (junk) => new Credentials(junk),
  'Credentials options': (junk, { uri }) => new Credentials(uri, junk),
  'Credentials password': (password, { uri }) => new Credentials(uri, { password }),
  'Credentials hash': (hash, { uri }) => new Credentials(uri, { hash }),
  'Credentials hashes': (hashes, { uri }) => new Credentials(uri, { password: 'x', hashes }),
  'Credentials aka': (aka, { uri }) => new Credentials(uri, { aka }),
  'Credentials more': (more, { uri }) => new Credentials(uri, { more }),
  'Credentials contactParams': (contactParams, { uri }) => new Credentials(uri, { contactParams }),
  'Credentials contactPlace': (contactPlace, { uri }) => new Credentials(uri, { contactPlace }),
  'Registration credentials': (junk) => new Registration(junk),
  'Registration options': (junk, { credentials }) => new Registration(credentials, junk),
  'Registration registrar': (registrar, { credentials }) => new Registration(credentials, { registrar }),
  'Registration expires': (expires, { credentials }) => new Registration(credentials, { expires }),
  'Registration route': (route, { credentials }) => new Registration(credentials, { route }),
  'Registration transport': (transport, { credentials }) => new Registration(credentials, { transport }),
  'Registration extraHeaders': (extraHeaders, { credentials }) => new Registration(credentials, { extraHeaders }),
  'Registration options.retry': (retry, { credentials }) => new Registration(credentials, { options: { retry } }),
  'Registration engine': (engine, { credentials }) => new Registration(credentials, { engine: engine ?? (1 as never) }),
  'Registration.setCredentials credentials': (junk, { credentials, engine }) =>
    new Registration(credentials, { engine }).setCredentials(junk),
  'Publication credentials': (junk) => new Publication(junk, 'presence'),
  'Publication event': (junk, { credentials, engine }) => new Publication(credentials, junk, { engine }),
  'Publication.publish contentType': (junk, { credentials, engine }) =>
    new Publication(credentials, 'presence', { engine }).publish(junk, 'x'),
  'Publication.publish body': (junk, { credentials, engine }) =>
    new Publication(credentials, 'presence', { engine }).publish('text/plain', junk),
  'Subscription toUri': (junk, { credentials }) => new Subscription(credentials, junk, 'presence'),
  'Subscription expires': (expires, { credentials, uri, engine }) =>
    new Subscription(credentials, uri, 'presence', { expires, engine }),
  'Invitation credentials': (junk, { uri }) => new Invitation(junk, uri),
  'Invitation calleeUri': (junk, { credentials }) => new Invitation(credentials, junk),
  'Invitation options': (junk, { credentials, uri }) => new Invitation(credentials, uri, junk),
  'Invitation redirectMs': (redirectMs, { credentials, uri, engine }) =>
    new Invitation(credentials, uri, { redirectMs, engine }),
  'Invitation.setOfferedLocalSdp sdp': (junk, with_) => invited(with_).setOfferedLocalSdp(junk),
  'Invitation.sendInvite extraHeaders': (junk, with_) => invited(with_).sendInvite(junk ?? (1 as never)),
  'Invitation.disconnect responseCode': (junk, with_) => invited(with_).disconnect(junk),
  'Invitation.redirect targets': (junk, with_) => invited(with_).redirect(junk),
  'Invitation.refer target': (junk, with_) => invited(with_).refer(junk),
  'Invitation.sendRequest method': (junk, with_) => invited(with_).sendRequest(junk),
  'RtpTransport options': (junk) => new RtpTransport(junk),
  'RtpTransport localRtpAddress': (localRtpAddress, { engine }) => new RtpTransport({ localRtpAddress, engine }),
  'RtpTransport srtpSuites': (srtpSuites, { engine }) => new RtpTransport({ srtpSuites, engine }),
  'RtpTransport sockets': (sockets, { engine }) => new RtpTransport({ sockets, engine }),
  'RtpTransport.setLocal localSdp': (junk, { engine }) => new RtpTransport({ engine }).setLocal(junk),
  'AudioTransport transport': (junk) => new AudioTransport(junk),
  'AudioTransport options': (junk, { engine }) => new AudioTransport(new RtpTransport({ engine }), junk),
  'SdpAttribute name': (junk) => new SdpAttribute(junk),
  'SdpConnection address': (junk) => new SdpConnection(junk),
  'SdpConnection options': (junk) => new SdpConnection('192.0.2.1', junk),
  'SdpMedia media': (junk) => new SdpMedia(junk, 1, 'RTP/AVP'),
  'SdpMedia port': (junk) => new SdpMedia('audio', junk, 'RTP/AVP'),
  'SdpMedia formats': (formats) => new SdpMedia('audio', 1, 'RTP/AVP', { formats }),
  'SdpMedia attributes': (attributes) => new SdpMedia('audio', 1, 'RTP/AVP', { attributes }),
  'SdpSession address': (junk) => new SdpSession(junk),
  'SdpSession id': (id) => new SdpSession('192.0.2.1', { id }),
  'SdpSession media': (media) => new SdpSession('192.0.2.1', { media }),
  'WaveFile fileName': (junk, { engine }) => new WaveFile(junk, { engine }),
  'WaveFile.start level': (level, { engine }) => new WaveFile('/dev/null', { engine }).start({ level }),
  'RecordingWaveFile fileName': (junk, { engine }) => new RecordingWaveFile(junk, { engine }),
  'RecordingWaveFile.start rate': (rate, { engine }) =>
    new RecordingWaveFile('/dev/null', { engine }).start({ rate: rate ?? (0 as never) }),
  'ToneGenerator options': (junk) => new ToneGenerator(junk),
  'ToneGenerator.startDigits digits': (junk, { engine }) => new ToneGenerator({ engine }).startDigits(junk),
  'sendMessage credentials': (junk, { uri }) => sendMessage(junk, uri, 'text/plain', 'x'),
  'sendMessage body': (junk, { credentials, uri, engine }) =>
    sendMessage(credentials, uri, 'text/plain', junk, { engine }),
  'sendRequest method': (junk, { credentials, uri, engine }) => sendRequest(junk, credentials, uri, { engine }),
  'sendRequest toUri': (junk, { credentials, engine }) => sendRequest('OPTIONS', credentials, junk, { engine }),
  'sendRefer referTo': (junk, { credentials, uri, engine }) => sendRefer(credentials, uri, junk, { engine }),
}

const invited = ({ credentials, uri, engine }: CoreParty) => new Invitation(credentials, uri, { engine })

test('nothing but errors of that operation, that say what it takes', () => {
  const wrong: string[] = []
  for (const [name, act] of Object.entries(ACTS)) {
    const operation = name.split(' ')[0]!
    let refused = 0
    for (const junk of JUNK) {
      try {
        act(junk as never, party)
      } catch (error) {
        refused++
        if (!(error instanceof CoreError && error.operation === operation))
          wrong.push(`${name}, ${JSON.stringify(junk) ?? String(junk)}: ${error}`)
      }
    }
    if (refused === 0) wrong.push(`${name}: nothing is refused`)
  }
  expect(wrong).toEqual([])
})

test('what was wrong is said by the name of the argument, and no secret with it', () => {
  const { credentials, uri } = party
  const says = (act: () => unknown) => {
    try {
      return void act()
    } catch (error) {
      return (error as CoreError).message
    }
  }
  expect([
    says(() => new Registration('sip:a@b' as never)),
    says(() => new Registration(credentials, { route: ['proxy'] as never })),
    says(() => new Registration(credentials, { transport: 'sctp' as never })),
    says(() => new Registration(credentials, { options: { retry: { firstMs: 'soon' as never } } })),
    says(() => new Invitation(credentials, 'sip:bob@b' as never)),
    says(() => new Credentials(uri, { password: 1234 as never })),
    says(() => new SdpSession('192.0.2.1', { media: [{}] as never })),
    says(() => invited(party).sendInvite({}, { parts: [{ contentType: 'text/plain' }] as never })),
  ]).toEqual([
    'Registration: credentials: expected Credentials, got "sip:a@b"',
    'Registration: route[0]: expected a Route, got "proxy"',
    'Registration: transport: expected udp, tcp, tls, or the name of a transport that was added, got "sctp"',
    'Registration: options.retry.firstMs: expected a number, got "soon"',
    'Invitation: calleeUri: expected a SipUri, got "sip:bob@b"',
    'Credentials: password: expected text',
    'SdpSession: media[0]: expected an SdpMedia, got something of type object',
    'Invitation.sendInvite: parts[0].body: expected text or octets, got undefined',
  ])
})
