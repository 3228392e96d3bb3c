// What invitations take.
import { options } from './arguments.ts'
import { CREDENTIALS } from './credentials.ts'
import { ENGINE } from './engine-core.ts'
import {
  either,
  FLAG,
  HEADERS,
  instance,
  list,
  METHOD,
  maybe,
  NUMBER,
  OBJECT,
  shape,
  type Takes,
  TEXT,
} from './guard.ts'
import { REQUEST } from './outgoing-request.ts'
import { WAY_OUT } from './route.ts'
import { SDP_SESSION } from './sdp.ts'
import { SIP_URI } from './sip-uri.ts'

export const OUTGOING: Takes = [
  ['credentials', CREDENTIALS],
  ['calleeUri', SIP_URI],
  [
    'options',
    options({
      ...{ ...WAY_OUT, asksOnRedirect: FLAG, redirectMs: NUMBER, terms: OBJECT, decidesUpdates: FLAG, engine: ENGINE },
    }),
  ],
]

const BODY = either(
  TEXT,
  instance('text or octets', () => Uint8Array),
)
const PARTS = list(shape({ contentType: TEXT, body: BODY, headers: maybe(HEADERS) }))
const headers = ['extraHeaders', maybe(HEADERS)] as const
const code = ['responseCode', maybe(NUMBER)] as const
const reason = ['reason', maybe(TEXT)] as const

export const INVITATION = {
  setOfferedLocalSdp: [['sdp', SDP_SESSION]],
  offerAgain: [['sdp', SDP_SESSION]],
  sendInvite: [headers, ['options', options({ parts: PARTS })]],
  setTerms: [['terms', OBJECT]],
  respondToInviteProvisionally: [code, headers, reason],
  acceptInvite: [headers, ['options', options({ code: NUMBER, reason: TEXT })]],
  sendReinvite: [headers, ['options', options({ offer: FLAG })]],
  sendUpdate: [headers],
  respondToReinvite: [code, headers, reason],
  respondToUpdate: [code, headers],
  disconnect: [code, headers, reason],
  redirect: [['targets', list(SIP_URI)]],
  sendRequest: [
    ['method', METHOD],
    ['options', options(REQUEST)],
  ],
} satisfies Readonly<Record<string, Takes>>
