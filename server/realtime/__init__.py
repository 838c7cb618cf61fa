"""The live wire: Socket.IO for everything rare, and a short path of our own for what happens all the time."""
