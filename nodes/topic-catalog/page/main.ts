// Before what reads it while it is loaded.
import './browser-language';
import './dashboard';
