import { SerialPort } from 'serialport';
import { devicesOf } from './devices';

/** A serial device as the dialog offers it. */
export interface PortChoice {
  path: string;
  /** the path with the maker and the serial number, where the device tells them */
  label: string;
}

/**
 * @returns the serial devices of this machine. Pseudo-terminals and links to devices are not among them. On a Linux
 * without udev (containers, small systems) they are looked up among the files of the devices; elsewhere, where the system
 * tells none, the list is empty: a path can be typed in.
 */
export async function listPorts(): Promise<PortChoice[]> {
  const ports = await SerialPort.list().catch(() => (process.platform === 'linux' ? devicesOf('/') : []));
  return ports.map(({ path, manufacturer, serialNumber }) => {
    const details = [manufacturer, serialNumber].filter(Boolean).join(', ');
    return { path, label: details ? `${path} (${details})` : path };
  });
}
