// Session descriptions alone (RFC 4566), and offer and answer of one audio stream (RFC 3264).
export type * from '../../sdp/description.ts'
export type * from '../../sdp/local.ts'
export { answerOffer, evaluateAnswer, makeOffer } from '../../sdp/offer-answer.ts'
export { parseSdp } from '../../sdp/parse.ts'
export { printSdp } from '../../sdp/print.ts'
