// The core objects: what an application programs against, one object and one state machine each.
export type {
  DeviceConfig,
  Direction,
  PortId,
  PortState,
  SocketSource,
  StreamStats,
  Tone,
  ToneStep,
} from '../../media/contract.ts'
export type { NatType } from '../../net/nat-type.ts'
export { VERSION } from '../../runtime/version.ts'
export type { Cause, HashName, Learnt, RegisterOptions, SessionTerms, Try } from '../../sip/core/contract.ts'
export type { Reason } from '../../sip/message/headers.ts'
export type { Diversion, Party } from '../../sip/message/party.ts'
export { AudioTransport, type AudioTransportOptions, type DigitWay } from './audio-transport.ts'
export { Bridge, type BridgePort } from './bridge.ts'
export { Challenge, type DigestChallenge } from './challenge.ts'
export { type ContactPlace, Credentials, type CredentialsOptions } from './credentials.ts'
export { defaultAddress } from './default-address.ts'
export { Engine } from './engine.ts'
export type { BoundTransport, TransportOptions } from './engine-attributes.ts'
export type { EngineCore, EngineState } from './engine-core.ts'
export type { LogLine, NatDetection, ReceivedMessage, Traced, UnsolicitedNotify } from './engine-notifications.ts'
export { CoreError, type CoreErrorCode, MessageInProgressError, StackError } from './errors.ts'
export { IncomingRequest, type ResponseOptions } from './incoming-request.ts'
export { IncomingSubscription, type Told } from './incoming-subscription.ts'
export {
  type AcceptOptions,
  Invitation,
  type InvitationOptions,
  type InvitePart,
  type SendInviteOptions,
} from './invitation.ts'
export type { Farewell, InvitationChange, InvitationState, Redirection, SessionChange } from './invitation-change.ts'
export type { DialogNames } from './invitation-peer.ts'
export { type SendMessageOptions, sendMessage } from './message.ts'
export {
  type AnyNotification,
  type Notification,
  NotificationCenter,
  type NotificationFilter,
  type NotificationMap,
  type NotificationName,
  type Observer,
} from './notifications.ts'
export { OutgoingRequest, type RequestOptions, type RequestResponse, sendRequest } from './outgoing-request.ts'
export type { PairSource } from './pair-shelf.ts'
export type { Proof, SubscriberKeys } from './proof.ts'
export { Publication, type PublicationChange, type PublicationOptions, type PublicationState } from './publication.ts'
export { type RecordingStart, RecordingWaveFile } from './recording-wave-file.ts'
export { IncomingReferral, type ReferOptions, Referral, type ReferralProgress, sendRefer } from './referral.ts'
export {
  Registration,
  type RegistrationChange,
  type RegistrationOptions,
  type RegistrationState,
} from './registration.ts'
export { type AddedTransport, Route, type TransportName, type WayOut } from './route.ts'
export { RtpTransport, type RtpTransportOptions, type RtpTransportState } from './rtp-transport.ts'
export {
  SdpAttribute,
  SdpConnection,
  type SdpConnectionOptions,
  SdpMedia,
  type SdpMediaOptions,
  SdpSession,
  type SdpSessionOptions,
} from './sdp.ts'
export type { SdpUpdate } from './sdp-exchange.ts'
export { SipUri, type SipUriParts } from './sip-uri.ts'
export type { SoundDeviceChange } from './sound.ts'
export { type SoundDevices, soundDevices } from './sound-devices.ts'
export type { SampleRate, StartOptions } from './start-options.ts'
export {
  type ReceivedNotify,
  Subscription,
  type SubscriptionChange,
  type SubscriptionOptions,
  type SubscriptionState,
} from './subscription.ts'
export { ToneGenerator } from './tone-generator.ts'
export { WaveFile, type WaveFileStart } from './wave-file.ts'
export { type ExtraHeaders, MessageHeaders, type NamedUri } from './wire.ts'
