<?php

return [
    'enabled' => env('DEBUGBAR_ENABLED', null),
];
