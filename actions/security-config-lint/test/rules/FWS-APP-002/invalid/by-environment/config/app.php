<?php

return [
    'debug' => env('APP_DEBUG', env('APP_ENV', 'local') !== 'production'),
];
