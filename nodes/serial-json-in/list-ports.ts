import { SerialPort } from 'serialport';

/** A serial device as the dialog offers it. */
export interface PortChoice {
  path: string;
  /** the path with the maker and the serial number, where the device tells them */
  label: string;
}

/** @returns the serial devices of this machine. Pseudo-terminals and links to devices are not among them. */
export async function listPorts(): Promise<PortChoice[]> {
  const ports = await SerialPort.list();
  return ports.map(({ path, manufacturer, serialNumber }) => {
    const details = [manufacturer, serialNumber].filter(Boolean).join(', ');
    return { path, label: details ? `${path} (${details})` : path };
  });
}
