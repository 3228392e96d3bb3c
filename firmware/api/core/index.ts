// The core objects: what an application programs against, one object and one state machine each.
export { Credentials, type CredentialsOptions } from './credentials.ts'
export { Engine } from './engine.ts'
export type { EngineCore, EngineState } from './engine-core.ts'
export type { LogLine } from './engine-notifications.ts'
export { CoreError, type CoreErrorCode, MessageInProgressError, StackError } from './errors.ts'
export { Invitation, type InvitationOptions } from './invitation.ts'
export type { InvitationChange, InvitationState } from './invitation-change.ts'
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
export { Publication, type PublicationChange, type PublicationOptions, type PublicationState } from './publication.ts'
export {
  Registration,
  type RegistrationChange,
  type RegistrationOptions,
  type RegistrationState,
} from './registration.ts'
export { Route, type TransportName } from './route.ts'
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
export type { SampleRate, StartOptions } from './start-options.ts'
export {
  Subscription,
  type SubscriptionChange,
  type SubscriptionOptions,
  type SubscriptionState,
} from './subscription.ts'
export { type ExtraHeaders, MessageHeaders, type NamedUri } from './wire.ts'
