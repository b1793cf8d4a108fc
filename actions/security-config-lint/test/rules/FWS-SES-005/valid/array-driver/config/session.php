<?php

return [
    'driver' => env('SESSION_DRIVER', 'database'),
    'encrypt' => env('SESSION_ENCRYPT', false),
];
