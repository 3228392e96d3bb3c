// The user agent as data: commands in, events out; what façade, console and phone stand on.
export { Secret } from '../../base/secret.ts'
export { type Agent, type AgentOptions, type AgentUser, accountOf, startAgent } from '../../runtime/agent.ts'
export type * from '../../ua/contract.ts'
