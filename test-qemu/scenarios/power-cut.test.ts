// The power goes while a configuration is written; see the long form for more moments.
import { cutPower } from './power-cut.ts'
import { scenario } from './scenario.ts'

scenario('power-cut', 'the power goes while a configuration is written', 500, (scene) => cutPower(scene, [150]))
