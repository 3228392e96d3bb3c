// Stand-ins of one character for characters a display does not have: the nearest look, then the nearest sound.

/** Pairs: a character and what stands in for it. Accented Latin needs no entry, its accents are taken off. */
const PAIRS =
  '\\/ ~- `\' |! ’\' ‘\' ‚, “" ”" „" «< »> ‹< ›> –- —- −- ‐- ‑- …. •* ·. ×x ÷/ ¡! ¿? ¦! ©c ®R ™T €E £L ¢c ¥Y °o ªa ºo ¹1 ²2 ³3 ' +
  'ßs ẞS æa ÆA œo ŒO øo ØO ðd ÐD þp ÞP łl ŁL đd ĐD ħh ĦH ıi ŋn ŊN ſs ƒf µu ‖= ▶> ◀< →> ←< ↑^ ↓v ≤< ≥> █# ' +
  'ΑA ΒB ΓG ΔD ΕE ΖZ ΗH ΘQ ΙI ΚK ΛL ΜM ΝN ΞX ΟO ΠP ΡR ΣS ΤT ΥY ΦF ΧX ΨP ΩO ' +
  'αa βb γg δd εe ζz ηi θq ιi κk λl μm νn ξx οo πp ρr σs ςs τt υy φf χx ψp ωo ' +
  "АA БB ВV ГG ДD ЕE ЖZ ЗZ ИI ЙJ КK ЛL МM НN ОO ПP РR СS ТT УU ФF ХH ЦC ЧC ШS ЩS Ъ' ЫY Ь' ЭE ЮU ЯA ІI ЇI ЄE ҐG " +
  "аa бb вv гg дd еe жz зz иi йj кk лl мm нn оo пp рr сs тt уu фf хh цc чc шs щs ъ' ыy ь' эe юu яa іi їi єe ґg"

const STAND_INS: ReadonlyMap<string, string> = new Map(
  PAIRS.split(' ').map((pair) => {
    const [character, standIn] = [...pair] as [string, string]
    return [character, standIn] as const
  }),
)

/** What may be shown instead of `character`, best first; the last resort is not among them. */
export function standIns(character: string): readonly string[] {
  const bare = [...character.normalize('NFKD')].filter((c) => !/\p{M}/u.test(c)).slice(0, 1)
  return [character, ...bare].flatMap((c) => [c, STAND_INS.get(c)]).filter((c) => c !== undefined)
}
