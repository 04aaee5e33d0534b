from pyee import AsyncIOEventEmitter, EventEmitter
