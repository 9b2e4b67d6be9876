// Path of the console, on the listener for operators, and in development on the gateway's own port.

export const consolePath = '/console';
