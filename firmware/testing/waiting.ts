// Test files in the folders of real time in which nobody listens to voice: they wait for timers of protocols and for processes, are
// not disturbed by each other, and run side by side.
import { globSync } from 'node:fs'

const NAMES: Readonly<Record<string, string>> = {
  'firmware/api/core':
    'arrivals,attributes,challenge,engine,invitation,messages,session,silent-peers,superset,tables-sip,tls,triggers,usages,values,worker',
  'firmware/api/facade':
    'account-config,account-settings,accounts,buddy,call,call-ends,endpoint,misuse,persistent,pjsua,pjsua2-documents,registration,scripted',
  'firmware/api/layers': '*',
  'firmware/api/reference': '*',
  'firmware/console': 'console,lines,subscriptions',
  'firmware/console/person': 'options',
  'firmware/net': 'certificate,local-address,mac,nat-type,resolver,stream-ports,tcp,tls',
  'firmware/runtime':
    'broker-tls,departure,event-log,health,keeper,log-sink,operation,options,remembered,rest,settings,snapshot,sockets,stack,telemetry,tracer',
  'firmware/testing/interop':
    '*-sipp,console-control,facade-kamailio,kamailio-digest,kamailio-outbound,kamailio-presence,kamailio-session,names,ports,servers,sipp-calls-phone,sipp-tcp',
  'firmware/testing/real-time': 'run',
  'provisioning/device': '*',
  'provisioning/mqtt': '*',
}

export const WAITING = Object.entries(NAMES).flatMap(([folder, names]) =>
  names.split(',').flatMap((name) => {
    const files = globSync(`${folder}/${name}.test.ts`).sort()
    if (files.length === 0) throw new Error(`no file ${folder}/${name}.test.ts`)
    return files
  }),
)
