// Settings as PJSUA2 itself writes them, brought to those here: its names of groups, its numbers for words, its wishes about threads
// and drivers that mean nothing here. What it asks for and there is not stays, so that the check of the settings names it.
import type { Data } from './persistent.ts'

type Values = { readonly [name: string]: Data }

interface Group {
  /** What it is called here; undefined: nothing of it is here. */
  readonly to: string | undefined
  /** Of the inside of its engine. */
  readonly inside?: string
  /** Not here either; no loss where nothing is asked for. */
  readonly absent?: string
  /** By name, what it is here; undefined: as if nothing had been said. */
  readonly as?: Readonly<Record<string, (value: Data) => Data | undefined>>
}

const isValues = (value: Data | undefined): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const asks = (value: Data): boolean =>
  Array.isArray(value) ? value.length > 0 : typeof value === 'number' ? value > 0 : value !== '' && value !== false

const flag = (value: Data): Data => (typeof value === 'number' ? value > 0 : value)
/** 0, and a negative number, are its default. */
const ifSaid = (value: Data): Data | undefined => (Number(value) > 0 ? value : undefined)
const word =
  (...words: readonly string[]) =>
  (value: Data): Data =>
    (typeof value === 'number' ? words[value] : undefined) ?? value

/** Objects in a list stand in one of their class's name, or by themselves. */
const unwrapped = (value: Data, name: string): Data => (isValues(value) && value[name]) || value

const credentials = (value: Data): Data =>
  !Array.isArray(value)
    ? value
    : value.map((each): Data => {
        const found = unwrapped(each, 'AuthCredInfo')
        if (!isValues(found)) return found
        const { scheme, dataType, akaK, akaOp, akaAmf, ...rest } = found
        const aka = Object.entries({ akaK, akaOp, akaAmf }).filter(([, said]) => said !== undefined && asks(said))
        return {
          ...rest,
          ...(typeof scheme === 'string' && { scheme: scheme.toLowerCase() }),
          ...(dataType !== undefined && { dataType: word('password', 'ha1')(dataType) }),
          ...(Object.fromEntries(aka) as Values),
        }
      })

const headers = (value: Data): Data =>
  !Array.isArray(value)
    ? value
    : Object.fromEntries(
        value.map((each) => {
          const { hname, hvalue } = unwrapped(each, 'header') as Values
          return [String(hname), hvalue ?? '']
        }),
      )

const NOWHERE: Group = { to: undefined }

/** By the name of its container. */
const GROUPS: Readonly<Record<string, Group>> = {
  UaConfig: {
    to: 'uaConfig',
    inside: 'threadCnt mainThreadOnly stunTryIpv6 stunIgnoreFailure mwiUnsolicitedEnabled',
    absent: 'enableUpnp upnpIfName',
  },
  LogConfig: {
    to: 'logConfig',
    inside: 'decor fileFlags',
    as: { msgLogging: flag },
  },
  MediaConfig: {
    to: 'medConfig',
    inside:
      'clockRate channelCount audioFramePtime maxMediaPorts hasIoqueue threadCnt quality noVad ilbcMode ecOptions ecTailLen ' +
      'sndRecLatency sndPlayLatency jbInit jbMinPre jbMaxPre jbDiscardAlgo sndAutoCloseTime vidPreviewEnableNative',
    absent: 'txDropPct rxDropPct',
    as: { sndClockRate: ifSaid, ptime: ifSaid, jbMax: ifSaid },
  },
  AccountRegConfig: {
    to: 'regConfig',
    inside: 'delayBeforeRefreshSec unregWaitMsec disableRegOnModify',
    as: { firstRetryIntervalSec: ifSaid, retryIntervalSec: ifSaid, headers },
  },
  AccountSipConfig: {
    to: 'sipConfig',
    inside: 'authInitialEmpty authInitialAlgorithm useSharedAuth autoRespondSipMessage ipv6Use',
    as: { authCreds: credentials },
  },
  AccountCallConfig: {
    to: 'callConfig',
    inside: 'holdType',
    absent: 'siprecUse',
    as: {
      prackUse: word('notUsed', 'mandatory', 'optional'),
      timerUse: word('inactive', 'optional', 'required', 'always'),
    },
  },
  AccountPresConfig: {
    to: 'presConfig',
    inside: 'publishQueue publishShutdownWaitMsec pidfTupleId',
    as: { headers },
  },
  AccountMwiConfig: { to: 'mwiConfig' },
  AccountNatConfig: {
    to: 'natConfig',
    inside:
      'sipStunUse mediaStunUse sipUpnpUse mediaUpnpUse nat64Opt iceTrickle iceMaxHostCands iceAggressiveNomination ' +
      'iceNominatedCheckDelayMsec iceWaitNominationTimeoutMsec iceCheckSrcAddr iceNoRtcp iceAlwaysUpdate iceManualHost turnServer ' +
      'turnConnType turnUserName turnPasswordType turnPassword contactRewriteUse contactRewriteMethod contactUseSrcPort ' +
      'viaRewriteUse sdpNatRewriteUse udpKaData',
    as: {
      sipOutboundUse: flag,
      sipOutboundInstanceId: (value) => (typeof value === 'string' ? value.replace(/^<(.*)>$/, '$1') : value),
    },
  },
  AccountMediaConfig: {
    to: 'mediaConfig',
    inside:
      'lockCodecEnabled streamKaEnabled srtpOpt SrtpOpt ipv6Use transportConfig TransportConfig rtcpMuxEnabled useLoopMedTp ' +
      'enableLoopback rtcpXrEnabled rtcpFbConfig RtcpFbConfig',
    as: { srtpUse: word('disabled', 'optional', 'mandatory'), srtpSecureSignaling: flag },
  },
  AccountIpChangeConfig: {
    to: 'ipChangeConfig',
    inside: 'shutdownTp shutdownTransport reinviteFlags reinvUseUpdate',
  },
  AccountVideoConfig: NOWHERE,
  AccountTextConfig: NOWHERE,
}

/** What does not come from PJSUA2 is as it was. */
export function fromPjsua2(values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]): (readonly [string, Data])[] => {
      const group = Object.hasOwn(GROUPS, name) ? GROUPS[name] : undefined
      if (group === undefined || !isValues(value)) return [[name, value]]
      return group.to === undefined ? [] : [[group.to, membersOf(group, value)]]
    }),
  )
}

function membersOf({ to, inside = '', absent = '', as = {} }: Group, values: Values): Values {
  const [internal, missing] = [inside.split(' '), absent.split(' ')]
  const found = Object.entries(values).flatMap(([name, value]): (readonly [string, Data])[] => {
    if (internal.includes(name) || (missing.includes(name) && !asks(value))) return []
    const read = Object.hasOwn(as, name) ? as[name]!(value) : value
    return read === undefined ? [] : [[name, read]]
  })
  const { sipOutboundUse, ...all }: Values = Object.fromEntries(found)
  // It is on from the outset there, with an instance made up where a transport wants one.
  const isMeant = sipOutboundUse !== undefined && (to !== 'natConfig' || asks(all.sipOutboundInstanceId ?? ''))
  return isMeant ? { ...all, sipOutboundUse } : all
}
