import { mount } from 'svelte'
import './app.css'
import App from './App.svelte'
import { lang, setLang } from './lib/i18n/index.svelte'

setLang(lang())
mount(App, { target: document.getElementById('app')! })
