// The product that rejects nothing on a busy machine.
export default { overload: false };
