// What holds of a setting: the user's choice, else what the configuration says, else what is usual.
import { type Choice, type Choices, type Chosen, USUAL } from './chosen.ts'
import type { PhoneSettings } from './contract.ts'
import type { PhoneState } from './state.ts'

/** What the configuration says of settings that are the user's, too. */
const configured = (settings: PhoneSettings | undefined): Chosen =>
  settings === undefined
    ? {}
    : {
        ...{ country: settings.country, ring: settings.rings.ring, handsetVolume: settings.volume },
        ...{ dnd: settings.dnd.on, forwardAll: settings.forward.all, forwardBusy: settings.forward.busy },
        ...{ forwardNoAnswer: settings.forward.noAnswer, forwardAfterS: settings.forward.afterS },
      }

type Settled = Pick<PhoneState, 'choices' | 'settings'>

export const settled = <K extends keyof Chosen>({ choices, settings }: Settled, key: K): Required<Chosen>[K] =>
  (choices.chosen[key] ?? configured(settings)[key] ?? USUAL[key]) as Required<Chosen>[K]

const without = (choices: Choices, key: keyof Chosen): Choices => {
  const { [key]: _chosen, ...chosen } = choices.chosen
  const { [key]: _over, ...over } = choices.over
  return { chosen, over }
}

const chosenIn = (choices: Choices, chosen: Chosen, over: unknown, key: keyof Chosen): Choices => ({
  chosen: { ...choices.chosen, ...chosen },
  over: { ...without(choices, key).over, ...(over === undefined ? {} : { [key]: over }) },
})

/** The user chose; what he takes back is the configuration's again. */
export function choose<S extends Settled>(state: S, choice: Choice): S {
  const said = configured(state.settings)
  const keys = Object.keys(choice) as (keyof Chosen)[]
  const choices = keys.reduce((all, key) => {
    const value = choice[key]
    return value === undefined ? without(all, key) : chosenIn(all, { [key]: value }, said[key], key)
  }, state.choices)
  return { ...state, choices }
}

/** A choice stands until the configuration says something else there; made before there was any, it stands over the first. */
export function reconfigured(choices: Choices, settings: PhoneSettings): Choices {
  const said = configured(settings)
  const keys = Object.keys(choices.chosen) as (keyof Chosen)[]
  return keys.reduce((all, key) => {
    const over = all.over[key]
    if (over === undefined) return said[key] === undefined ? all : chosenIn(all, {}, said[key], key)
    return JSON.stringify(over) === JSON.stringify(said[key]) ? all : without(all, key)
  }, choices)
}
