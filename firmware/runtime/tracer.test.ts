// What a trace shows: whole messages, without credentials.
import { expect, test } from 'vitest'
import { Tracer, withoutCredentials } from './tracer.ts'

test('credentials are left out of traces, folded ones too, and keys of SRTP', () => {
  const message =
    'REGISTER sip:a SIP/2.0\r\nauthorization: Digest a,\r\n response="1"\r\nX: 1\r\nProxy-Authorization : b\r\n\r\nAuthorization: body'
  expect(withoutCredentials(message)).toBe('REGISTER sip:a SIP/2.0\r\nX: 1\r\n\r\nAuthorization: body')
  const invite = 'INVITE sip:a SIP/2.0\r\n\r\nm=audio 1 RTP/SAVP 0\r\na=crypto:1 X inline:a2V5|2^20\r\n'
  expect(withoutCredentials(invite)).toBe(invite.replace('a2V5|2^20', '***'))
})

test('a trace has whole messages, however a connection cuts them', () => {
  const tracer = new Tracer()
  const local = { address: '192.0.2.1', port: 5060 }
  const remote = { address: '2001:db8::1', port: 5061 }
  const message = 'OPTIONS sip:a SIP/2.0\r\nContent-Length: 2\r\n\r\nhi'
  tracer.received({ kind: 'transport-up', transport: 'tcp', protocol: 'TCP', local })
  tracer.received({ kind: 'flow-up', flow: 'f', transport: 'tcp', local, remote })
  const take = (data: string) => tracer.received({ kind: 'flow-data', flow: 'f', data })
  expect(take(`\r\n\r\n${message.slice(0, 20)}`)).toEqual([])
  const ends = { protocol: 'TCP', from: remote, to: local }
  expect(take(message.slice(20) + message)).toEqual([
    { direction: 'received', ...ends, message },
    { direction: 'received', ...ends, message },
  ])
  expect(tracer.sent({ kind: 'write', flow: 'f', data: '\r\n\r\n' })).toBeUndefined()
  expect(tracer.sent({ kind: 'write', flow: 'f', data: message })).toMatchObject({
    ...{ direction: 'sent', protocol: 'TCP', to: remote, message },
  })
  tracer.received({ kind: 'flow-down', flow: 'f', reason: 'ECONNRESET' })
  expect(take(message)).toEqual([])
})
