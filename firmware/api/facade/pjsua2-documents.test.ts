// Documents as PJSUA2 itself writes them, read here: its defaults, what was set there, and what there is not here.
import { expect, test } from 'vitest'
import { AccountConfig, BuddyConfig, EpConfig, JsonDocument, type PersistentObject } from './index.ts'

/** As its JsonDocument has it, with every member its defaults have. */
const EP = {
  UaConfig: {
    ...{ maxCalls: 4, threadCnt: 1, mainThreadOnly: false, nameserver: [], userAgent: '', stunServer: [] },
    ...{ stunTryIpv6: false, stunIgnoreFailure: true, natTypeInSdp: 1, mwiUnsolicitedEnabled: true },
  },
  LogConfig: { msgLogging: 1, level: 5, consoleLevel: 4, decor: 25_328, filename: '', fileFlags: 0 },
  MediaConfig: {
    ...{ clockRate: 16_000, sndClockRate: 0, channelCount: 1, audioFramePtime: 20, maxMediaPorts: 254 },
    ...{ hasIoqueue: true, threadCnt: 1, quality: 8, ptime: 0, noVad: false, ilbcMode: 30, txDropPct: 0, rxDropPct: 0 },
    ...{
      ecOptions: 0,
      ecTailLen: 200,
      sndRecLatency: 100,
      sndPlayLatency: 140,
      jbInit: -1,
      jbMinPre: -1,
      jbMaxPre: -1,
    },
    ...{ jbMax: -1, jbDiscardAlgo: 2, sndAutoCloseTime: 1, vidPreviewEnableNative: true },
  },
}
const ACCOUNT = {
  ...{ priority: 0, idUri: 'sip:alice@example.com' },
  AccountRegConfig: {
    ...{ registrarUri: 'sip:example.com', registerOnAdd: true, timeoutSec: 300, retryIntervalSec: 300 },
    ...{ firstRetryIntervalSec: 0, randomRetryIntervalSec: 10, delayBeforeRefreshSec: 5, dropCallsOnFail: false },
    ...{ unregWaitMsec: 4000, proxyUse: 3, contactParams: '', headers: [] },
  },
  AccountSipConfig: {
    ...{ proxies: [], contactForced: '', contactParams: '', contactUriParams: '', authInitialEmpty: false },
    ...{ authInitialAlgorithm: '', transportId: -1, useSharedAuth: false, autoRespondSipMessage: true },
    authCreds: [
      { scheme: 'Digest', realm: '*', username: 'alice', dataType: 0, data: 'geheim', akaK: '', akaOp: '', akaAmf: '' },
    ],
  },
  AccountCallConfig: {
    ...{ holdType: 0, prackUse: 0, timerUse: 1, siprecUse: 0, timerMinSESec: 90, timerSessExpiresSec: 1800 },
  },
  AccountPresConfig: {
    ...{ publishEnabled: false, publishQueue: true, publishShutdownWaitMsec: 2000, pidfTupleId: '', headers: [] },
  },
  AccountMwiConfig: { enabled: false, expirationSec: 3600 },
  AccountNatConfig: {
    ...{
      sipStunUse: 0,
      mediaStunUse: 1,
      sipUpnpUse: 0,
      mediaUpnpUse: 0,
      nat64Opt: 0,
      iceEnabled: false,
      iceTrickle: 0,
    },
    ...{ iceMaxHostCands: -1, iceAggressiveNomination: true, iceNominatedCheckDelayMsec: 400, iceNoRtcp: false },
    ...{ iceWaitNominationTimeoutMsec: 10_000, iceCheckSrcAddr: 1, iceAlwaysUpdate: true, turnEnabled: false },
    ...{ turnServer: '', turnConnType: 17, turnUserName: '', turnPasswordType: 0, turnPassword: '' },
    ...{ contactRewriteUse: 2, contactRewriteMethod: 6, viaRewriteUse: 1, sdpNatRewriteUse: 0, sipOutboundUse: 1 },
    ...{ sipOutboundInstanceId: '', sipOutboundRegId: '', udpKaIntervalSec: 15, udpKaData: '\r\n' },
    ...{ contactUseSrcPort: 1, iceManualHost: [] },
  },
  AccountMediaConfig: {
    ...{ lockCodecEnabled: true, streamKaEnabled: false, srtpUse: 0, srtpSecureSignaling: 1, ipv6Use: 1 },
    ...{ SrtpOpt: { cryptos: [], keyings: [] }, TransportConfig: { port: 0, portRange: 0 }, rtcpMuxEnabled: false },
    ...{ useLoopMedTp: false, enableLoopback: false, rtcpXrEnabled: false },
  },
  AccountVideoConfig: { autoShowIncoming: false, windowFlags: 0 },
  AccountTextConfig: { redundancyLevel: 2 },
  AccountIpChangeConfig: { shutdownTp: true, hangupCalls: false, reinviteFlags: 2 },
}

function read<T extends PersistentObject>(into: T, values: object): T {
  const doc = new JsonDocument()
  doc.loadString(JSON.stringify({ [into.constructor.name]: values }))
  doc.readObject(into)
  return into
}

test('defaults', () => {
  expect(read(new EpConfig(), EP).settings).toEqual(
    new EpConfig({ uaConfig: { maxCalls: 4, natTypeInSdp: 1 }, logConfig: { level: 5, consoleLevel: 4 } }).settings,
  )
  const wanted = new AccountConfig({
    idUri: 'sip:alice@example.com',
    regConfig: { registrarUri: 'sip:example.com', randomRetryIntervalSec: 10 },
    sipConfig: { authCreds: [{ username: 'alice', data: 'geheim' }] },
    callConfig: { prackUse: 'notUsed' },
    natConfig: { udpKaIntervalSec: 15 },
    mediaConfig: { srtpSecureSignaling: true },
  })
  expect(read(new AccountConfig(), ACCOUNT).settings).toEqual(wanted.settings)
  expect(read(new BuddyConfig(), { uri: 'sip:bob@example.com', subscribe: true }).settings.subscribe).toBe(true)
})

test('what was set there', () => {
  const { AccountCallConfig: call, AccountNatConfig: nat, AccountMediaConfig: media, AccountPresConfig: pres } = ACCOUNT
  const { settings } = read(new AccountConfig(), {
    ...ACCOUNT,
    AccountRegConfig: {
      ...{ ...ACCOUNT.AccountRegConfig, proxyUse: 1, contactParams: ';x=1', contactUriParams: ';w' },
      headers: [{ hname: 'X-B', hvalue: 'c' }],
    },
    AccountSipConfig: {
      ...{ contactParams: ';y', contactUriParams: ';z=2', transportId: 3, contactForced: 'sip:a@b' },
      authCreds: [{ AuthCredInfo: { scheme: 'digest', realm: 'x', username: 'a', dataType: 1, data: '0'.repeat(32) } }],
    },
    AccountCallConfig: { ...call, prackUse: 1, timerUse: 3 },
    AccountPresConfig: { ...pres, publishEnabled: true, headers: [{ hname: 'X-A', hvalue: 'b' }] },
    AccountNatConfig: {
      ...{ ...nat, sipOutboundRegId: '3' },
      sipOutboundInstanceId: '<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>',
    },
    AccountMediaConfig: { ...media, srtpUse: 2 },
    AccountIpChangeConfig: { hangupCalls: true },
  })
  expect(settings).toMatchObject({
    regConfig: { proxyUse: 1, contactParams: ';x=1', contactUriParams: ';w', headers: { 'X-B': 'c' } },
    sipConfig: {
      ...{ contactParams: ';y', contactUriParams: ';z=2', transportId: 3, contactForced: 'sip:a@b' },
      authCreds: [{ scheme: 'digest', realm: 'x', dataType: 'ha1' }],
    },
    callConfig: { prackUse: 'mandatory', timerUse: 'always' },
    presConfig: { publishEnabled: true, headers: { 'X-A': 'b' } },
    natConfig: {
      ...{ sipOutboundUse: true, sipOutboundRegId: '3' },
      sipOutboundInstanceId: 'urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
    },
    mediaConfig: { srtpUse: 'mandatory' },
    ipChangeConfig: { hangupCalls: true },
  })
  const log = { ...EP.LogConfig, msgLogging: 0 }
  const media2 = { ...EP.MediaConfig, sndClockRate: 48_000, ptime: 30, jbMax: 500 }
  const ep = read(new EpConfig(), { ...EP, LogConfig: log, MediaConfig: media2 }).settings
  expect(ep.logConfig.msgLogging).toBe(false)
  expect(ep.medConfig).toMatchObject({ sndClockRate: 48_000, ptime: 30, jbMax: 500 })
})

test.each([
  [{ AccountCallConfig: { ...ACCOUNT.AccountCallConfig, siprecUse: 1 } }, 'callConfig/siprecUse'],
  [{ AccountCallConfig: { ...ACCOUNT.AccountCallConfig, prackUse: 7 } }, 'callConfig/prackUse'],
  [{ AccountSipConfig: { authCreds: [{ username: 'a', data: 'x', akaK: 'geheim' }] } }, 'sipConfig/authCreds/0/akaK'],
  [{ AccountNewConfig: {} }, 'AccountNewConfig'],
])('what there is not is named, not left out in silence: %#', (values, path) => {
  const act = () => read(new AccountConfig(), { ...ACCOUNT, ...values })
  expect(act).toThrow(`/AccountConfig/${path}: expected`)
  expect(act).toThrow(/^(?!.*geheim)/)
})
