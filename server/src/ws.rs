//! WebSocket connections: the connection task, its frames and its flow control.
