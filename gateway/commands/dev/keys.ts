// Keys of `concierge dev` in a terminal: restart, stop or start a service, open GraphiQL, quit.
import type { Service } from './service.ts';

/** Standard input of a terminal. */
export interface KeyInput {
  isTTY?: boolean;
  setRawMode?(isRaw: boolean): unknown;
  setEncoding(encoding: 'utf8'): unknown;
  on(event: 'data', listener: (text: string) => void): unknown;
}

export interface KeyActions {
  restart(): void;
  open(): void;
  quit(): void;
  services(): readonly Pick<Service, 'setup' | 'isOn' | 'start' | 'stop'>[];
}

export const keyHelp = 'r restart · s stop or start a service · o open GraphiQL · q quit';

/** Keys that choose a service, in the order of the configuration. */
const choices = '123456789abcdefghijklmnopqrstuvwxyz';

const CONTROL_C = '\u0003';

/** Reads keys until the process ends; false where the input is no terminal. */
export function readKeys(input: KeyInput, actions: KeyActions): boolean {
  if (!input.isTTY || !input.setRawMode) return false;
  let choosing: ReturnType<KeyActions['services']> | null = null;
  input.setRawMode(true);
  input.setEncoding('utf8');
  input.on('data', (text) => {
    for (const key of text) press(key);
  });
  return true;

  function press(key: string): void {
    const offered = choosing;
    choosing = null;
    if (key === CONTROL_C) actions.quit();
    else if (offered) toggle(offered[choices.indexOf(key)]);
    else if (key === 'r') actions.restart();
    else if (key === 'o') actions.open();
    else if (key === 'q') actions.quit();
    else if (key === 's') choose();
    else if (key === 'h' || key === '?') console.log(keyHelp);
  }

  function choose(): void {
    const services = actions.services().slice(0, choices.length);
    if (services.length === 0) console.log('There is no service to stop: none has dev.command.');
    else if (services.length === 1) toggle(services[0]);
    else {
      choosing = services;
      const list = services.map(({ setup, isOn }, at) => `${choices[at]} ${isOn ? 'stop' : 'start'} ${setup.name}`);
      console.log(`${list.join(' · ')} · any other key: nothing`);
    }
  }

  function toggle(service: ReturnType<KeyActions['services']>[number] | undefined): void {
    if (!service) return;
    const { name } = service.setup;
    console.log(service.isOn ? `${name} is stopped; s starts it again` : `Starting ${name} …`);
    if (service.isOn) service.stop();
    else service.start().then(() => console.log(service.isOn ? `${name} has started` : `${name} is stopped`));
  }
}
