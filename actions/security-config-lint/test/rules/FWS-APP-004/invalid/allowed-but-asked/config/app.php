<?php

return [
    'env' => env('APP_ENV', 'production'),
];
