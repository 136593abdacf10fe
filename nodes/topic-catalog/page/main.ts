import './dashboard';
