import type { Timeline } from '../formats/timeline.ts'
import { App } from './app.ts'
import { byId } from './dom.ts'
import { modelOf } from './model.ts'

const data = JSON.parse(byId('data').textContent ?? '') as Timeline
new App(modelOf(data)).start()
