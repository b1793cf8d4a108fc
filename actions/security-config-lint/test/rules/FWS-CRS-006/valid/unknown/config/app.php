<?php

return [
    'url' => env('APP_URL'),
];
